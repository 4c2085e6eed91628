"""The LSTM, its objectives, and what is read out of a running network. torch lives here and in training, nowhere else."""
