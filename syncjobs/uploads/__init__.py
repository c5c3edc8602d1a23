"""Uploaded files, from their arrival to their end: checked, looked at by a person, applied.

Every step may be done twice or be cut off anywhere: a batch of rows and the note that it was done
are one transaction, and one process works on an upload at a time.
"""
