"""What is filed or sent round, as ordered lists of sections: reports, briefs, the scheme."""
