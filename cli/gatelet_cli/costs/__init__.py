"""What it costs to run: list prices times counted calls."""
