# A worker of a transfer: one of the functions above, in a process of its own.
SELF=$0
"$@"
