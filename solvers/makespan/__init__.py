"""The least makespan of a project with shared resources."""
