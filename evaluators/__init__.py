"""What is asked and how it is judged: tasks, readers, metrics, suites. Knows no model and no tokenizer."""
