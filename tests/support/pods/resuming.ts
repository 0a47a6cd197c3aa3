/**
 * A training script that goes on where it was: it learns a line by gradient
 * descent, writes a checkpoint every ten steps and at SIGTERM, and its losses
 * to `losses` once it is done. The noise of its data comes from a generator
 * whose state is in the checkpoint, so that a run in pieces is the same run
 * only if nothing was lost or done twice. `HOLD` is a step that it waits at.
 */
const SCRIPT = `
import os, signal, sys, time
directory, hold = os.environ["MLO_RUN_DIR"], int(os.environ.get("HOLD", "-1"))
place = directory + "/checkpoint"
step, weight, seed, losses = 0, 0.0, 1, []
if os.path.exists(place):
    step, weight, seed, losses = eval(open(place).read())
def chance(): # there is no module random in python3-minimal
    global seed
    seed = seed * 6364136223846793005 + 1442695040888963407 & 2 ** 64 - 1
    return seed / 2 ** 64
def save():
    with open(place + ".new", "w") as out: out.write(repr((step, weight, seed, losses)))
    os.replace(place + ".new", place)
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
print("attempt", os.environ["MLO_ATTEMPT"], "at step", step, flush=True)
while step < 200:
    x = chance()
    error = weight * x - (3 * x + 0.1 * chance())
    weight -= 0.5 * error * x
    losses.append(error * error)
    step += 1
    if step % 10 == 0: save()
    if step == hold: print("holds", flush=True)
    while step == hold and not asked: time.sleep(0.02)
    if asked:
        save()
        sys.exit(143)
open(directory + "/losses", "w").write(repr(losses))
print("done", flush=True)
`;

/** Puts the script into the container as `resume`. */
export const PREPARE_RESUMING = `cat >/usr/local/bin/resume <<'END'
#!/usr/bin/python3 -S
${SCRIPT}
END
chmod 755 /usr/local/bin/resume`;
