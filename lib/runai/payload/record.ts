/**
 * Writes the run's record, which the job carries in MLO_RUN, to its directory
 * on scratch: plain sh, for any image, and without quotes, which not every way
 * into the pod keeps. A job runs without it too. The directory is the user's
 * alone to change: code is run from it.
 */
export const WRITE_RECORD =
  "(umask 027; test ${#MLO_RUN} -gt 0 && mkdir -p $MLO_RUN_DIR && " +
  "test ! -e $MLO_RUN_DIR/run.json && " +
  "printf %s $MLO_RUN | tr -- -_ +/ | base64 -d >$MLO_RUN_DIR/.run.new && " +
  "mv -f $MLO_RUN_DIR/.run.new $MLO_RUN_DIR/run.json) 2>/dev/null; ";
