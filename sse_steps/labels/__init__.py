"""Tasks whose answer is a text and no program: how records are read and answers graded."""
