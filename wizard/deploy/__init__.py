"""Files to run it: one small writer per target, failure rules over the whole, checks that need no other tool."""
