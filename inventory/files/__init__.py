"""Files in and out: which kinds there are, how one is read, judged row by row, applied, written."""
