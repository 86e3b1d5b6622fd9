"""Why a task is stale: what doit remembers of its last success, and what differs now."""
