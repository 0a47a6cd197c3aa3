/**
 * Debian's Python, by its path: the `python3` of a PATH may be a script that
 * looks for a version at each start (pyenv), which takes ten times as long and
 * is in the way of a signal.
 */
export const PYTHON = "/usr/bin/python3";
