import assert from "node:assert/strict";
import { startApiServer } from "../../../support/api_server/api_server.ts";
import { type Bed, contexts, withBed } from "../../../support/doctor_bed.ts";
import { FAULTS } from "./faults.ts";
import { HEALTHY } from "./healthy.ts";

const NAMESPACES = ["runai-mlo-ada", "runai-other"] as const;

Deno.test("mlo doctor names each seeded fault, with one line to paste", async (test) => {
  assert.ok(FAULTS.length >= 25, `only ${FAULTS.length} faults are seeded`);
  for (const { name, seed, check, says, fix, flags = [], claims } of FAULTS) {
    await test.step(name, () =>
      onCluster(claims, async (bed) => {
        await seed(bed);
        const { code, findings } = await bed.doctor(...flags);
        assert.equal(code, 1);
        const faults = findings.filter(({ status }) => status === "fault");
        const named = faults.filter((one) =>
          one.check === check && says.test(one.message)
        );
        assert.equal(named.length, 1, JSON.stringify(findings, undefined, 1));
        assert.match(named[0]?.fix ?? "", fix);
        for (const { fix = "" } of faults) await parses(fix);
      }));
  }
});

Deno.test("mlo doctor finds nothing on healthy set-ups", async (test) => {
  assert.ok(HEALTHY.length >= 10, `only ${HEALTHY.length} set-ups are tried`);
  for (const { name, seed, flags = [] } of HEALTHY) {
    await test.step(name, () =>
      onCluster(undefined, async (bed) => {
        await seed(bed);
        const { code, findings } = await bed.doctor(...flags);
        const faults = findings.filter(({ status }) => status === "fault");
        assert.deepEqual(faults, []);
        assert.equal(code, 0);
        assert.ok(findings.some(({ status }) => status === "ok"));
      }));
  }
});

Deno.test("mlo doctor names each key that csub reads otherwise, as a note", () =>
  onCluster(undefined, async (bed) => {
    await bed.settings(
      "export LDAP_USERNAME=ada\nLDAP_UID=123456\nHF_TOKEN='zebra # one'\n",
    );
    const { code, findings } = await bed.doctor();
    assert.equal(code, 0);
    const notes = findings.filter(({ check }) => check === "csub");
    assert.equal(notes.length, 1);
    assert.match(notes[0]?.message ?? "", /LDAP_USERNAME .*HF_TOKEN \(csub/);
    assert.doesNotMatch(notes[0]?.message ?? "", /zebra/);
  }));

Deno.test("mlo doctor never shows a value", () =>
  onCluster(undefined, async (bed) => {
    await bed.settings(
      "LDAP_USERNAME=ada\nLDAP_UID=123456\nHF_TOKEN=zebra-token\nWANDB_API_KEY=zebra#glued\n",
    );
    for (const flags of [[], ["--json"], ["--debug"]]) {
      const { stdout, stderr } = await bed.mlo("doctor", ...flags);
      assert.doesNotMatch(stdout + stderr, /zebra/);
    }
  }));

Deno.test("mlo doctor ends when every host hangs, and tells each", () =>
  onCluster(undefined, async (bed) => {
    const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const held: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const connection of silent) held.push(connection);
    })();
    try {
      await contexts(bed, ["admin"], "admin");
      const port = (silent.addr as Deno.NetAddr).port;
      const config = `${bed.home}/.kube/other`;
      const text = await Deno.readTextFile(config);
      await bed.write(
        config,
        text.replace(bed.cluster.url, `https://127.0.0.1:${port}`),
      );
      for (const name of ["ssh", "runai"]) {
        await bed.program(name, "exec /bin/sleep 60");
      }
      bed.hurried = true;
      const { code, findings } = await bed.doctor("--online");
      assert.equal(code, 1);
      // A dispatcher in kubectl's place asks the host that hangs before it does anything.
      const told = findings.filter(({ status, message }) =>
        status === "fault" || message === "kubectl does not answer"
      ).map(({ check }) => check);
      for (const check of ["GitHub", "archive host", "cluster", "runai"]) {
        assert.ok(told.includes(check), `${check} is not in ${told}`);
      }
    } finally {
      silent.close();
      await accepting;
      for (const connection of held) connection.close();
    }
  }));

Deno.test("mlo doctor gives every program that it runs at most 4 seconds", () =>
  onCluster(undefined, async (bed) => {
    const { stderr } = await bed.mlo("doctor", "--online", "--debug");
    assert.match(stderr, /debug: kubectl/);
    const { doctorCommand } = await import(
      "../../../../lib/commands/setup/doctor/doctor.ts"
    );
    const host = bed.host();
    const patience: (number | undefined)[] = [];
    const recording = {
      ...host,
      programs: {
        ...host.programs,
        run: (...call: Parameters<typeof host.programs.run>) => {
          patience.push(call[0].timeout);
          return host.programs.run(...call);
        },
      },
    };
    await doctorCommand({
      given: [],
      host: recording,
      rest: undefined,
      verbose: false,
      act: (options, work) => work(options),
    })
      .parseAsync(["--online"], { from: "user" }).catch(() => {});
    assert.ok(
      patience.length >= 8,
      `only ${patience.length} programs were run`,
    );
    for (const one of patience) assert.ok(one !== undefined && one <= 5_000);
  }));

Deno.test("mlo doctor looks at docker when asked, and at its builder's version", () =>
  onCluster(undefined, async (bed) => {
    const docker = (buildx: string) =>
      bed.program(
        "docker",
        `echo "$*" >>${bed.home}/asked\ncase $1 in version) echo 20.10.24;; *) ${buildx};; esac`,
      );
    await docker("echo github.com/docker/buildx v0.13.1 788433953a");
    await bed.doctor();
    await assert.rejects(Deno.readTextFile(`${bed.home}/asked`));

    const found = async () => {
      const { code, findings } = await bed.doctor("--image");
      assert.equal(code, 0);
      return findings.filter(({ check }) => /docker|buildx/.test(check));
    };
    assert.deepEqual(await found(), [
      {
        check: "docker",
        status: "ok",
        message: "its daemon answers, version 20.10.24",
      },
      { check: "buildx", status: "ok", message: "0.13.1" },
    ]);
    // Debian's package has a version of another form.
    await docker("echo github.com/docker/buildx 0.12.1+ds1 30feaa1");
    const [, old] = await found();
    assert.deepEqual([old?.status, old?.fix], [
      "note",
      "docker buildx use default",
    ]);
    assert.match(old?.message ?? "", /^0\.12\.1\+ds1: before 0\.13/);
    await docker(
      `echo "docker: 'buildx' is not a docker command." >&2; exit 1`,
    );
    assert.equal((await found())[1]?.status, "note");
  }));

/** Whether a line is one that a shell would run. */
async function parses(line: string): Promise<void> {
  assert.notEqual(line, "");
  assert.doesNotMatch(line, /\n/);
  const { success } = await new Deno.Command("bash", { args: ["-nc", line] })
    .output();
  assert.ok(success, `bash cannot read ${line}`);
}

async function onCluster(
  claims: Readonly<Record<string, string>> | undefined,
  test: (bed: Bed) => Promise<void>,
): Promise<void> {
  const cluster = await startApiServer({
    namespaces: NAMESPACES,
    ...(claims === undefined ? {} : { claims }),
  });
  try {
    await withBed(cluster, test);
  } finally {
    await cluster.stop();
  }
}
