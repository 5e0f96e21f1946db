"""Methods that are made of rounds: replies of the newest policy are compared, and learnt from."""
