// A program that does nothing: what starting alone costs.
