"""Series of numbers: made ones and CSV files, simple forecasts, and honest scores beside them."""
