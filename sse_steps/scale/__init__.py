"""Work that is cut into shards and done elsewhere: by Ray workers, here or on other machines."""
