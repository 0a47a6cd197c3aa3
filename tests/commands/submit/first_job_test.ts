import assert from "node:assert/strict";
import { withLaptop } from "../../support/laptop.ts";

Deno.test("init, setup and submit lead from no settings to a job, and doctor finds nothing then", () =>
  withLaptop(async (laptop) => {
    const { home, cluster, namespace } = laptop;
    await Deno.remove(`${home}/.config`, { recursive: true });
    await Deno.writeTextFile(
      `${home}/bin/ssh`,
      '#!/bin/sh\necho "Permission denied (password)" >&2\nexit 255\n',
    );
    await Deno.chmod(`${home}/bin/ssh`, 0o755);

    const none = await laptop.mlo("submit", "-n", "first", "-g", "1");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /hint: run: mlo init/);

    const user = ["--user", "ada", "--uid", "123456"];
    const init = await laptop.mlo("init", "--no-input", ...user);
    assert.match(init.stdout, /Next: mlo doctor\n$/);
    // The kubeconfig of the cluster's double is there: its contexts must stay chosen.
    const setup = await laptop.mlo("setup", "--yes");
    assert.equal(setup.code, 0, setup.stderr);
    const words = ["-n", "first", "-g", "1", "--train", "--", "nvidia-smi"];
    const elsewhere = await laptop.mlo("submit", ...words);
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.stderr, /current context, which is admin/);
    // The double is not the lab's cluster: the settings say which one it is.
    const chosen = await laptop.mlo("init", "--set", "KUBE_CONTEXT=admin");
    assert.equal(chosen.code, 0, chosen.stderr);
    const submit = await laptop.mlo("submit", ...words);
    assert.equal(submit.code, 0, submit.stderr);
    assert.deepEqual(
      cluster.jobs.list(namespace).map(({ name }) => name),
      ["first"],
    );
    const secret = await cluster.secret(namespace, "runai-mlo-ada-env");
    assert.deepEqual(Object.keys(secret?.data ?? {}).sort(), [
      "KUBE_CONTEXT",
      "LDAP_UID",
      "LDAP_USERNAME",
      "SSH_KNOWN_HOSTS",
    ]);

    const doctor = await laptop.mlo("doctor", "--json");
    const faults = JSON.parse(doctor.stdout).findings
      .filter(({ status }: { status: string }) => status === "fault")
      .map(({ check }: { check: string }) => check);
    assert.deepEqual(faults, []);
  }));
