"""Work on the floor: pages for a scanner and a phone."""
