/**
 * A training script that goes on where it was: it learns a line by gradient
 * descent, writes a checkpoint every ten steps and at SIGTERM, and its losses
 * to `losses` once it is done. The noise of its data comes from a generator
 * whose state is in the checkpoint, so that a run in pieces is the same run
 * only if nothing was lost or done twice. `HOLD` is a step that it waits at.
 */
const SCRIPT = `
import json, os, random, signal, sys, time
directory, hold = os.environ["MLO_RUN_DIR"], int(os.environ.get("HOLD", "-1"))
place = directory + "/checkpoint"
generator, state = random.Random(0), {"step": 0, "w": 0.0, "losses": []}
if os.path.exists(place):
    state = json.load(open(place))
    generator.setstate(tuple(tuple(x) if isinstance(x, list) else x for x in state["random"]))
def save():
    state["random"] = generator.getstate()
    with open(place + ".new", "w") as out: json.dump(state, out)
    os.replace(place + ".new", place)
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
print("attempt", os.environ["MLO_ATTEMPT"], "at step", state["step"], flush=True)
while state["step"] < 200:
    x = generator.random()
    error = state["w"] * x - (3 * x + generator.gauss(0, 0.1))
    state["w"] -= 0.5 * error * x
    state["losses"].append(error * error)
    state["step"] += 1
    if state["step"] % 10 == 0: save()
    if state["step"] == hold: print("holds", flush=True)
    while state["step"] == hold and not asked: time.sleep(0.02)
    if asked:
        save()
        sys.exit(143)
json.dump(state["losses"], open(directory + "/losses", "w"))
print("done", flush=True)
`;

/** Puts the script into the container as `resume`. */
export const PREPARE_RESUMING = `cat >/usr/local/bin/resume <<'END'
#!/usr/bin/python3 -S
${SCRIPT}
END
chmod 755 /usr/local/bin/resume`;
