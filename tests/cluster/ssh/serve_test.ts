import assert from "node:assert/strict";
import { type Answer, readAnswer } from "../../../lib/cluster/ssh/serve.ts";

const KEY = `ssh-ed25519 ${"A".repeat(68)}`;

const ANSWERS: readonly [string, Answer][] = [
  [`mlo-ssh ready ${KEY}`, { is: "ready", hostKey: KEY }],
  [`mlo-ssh ready ${KEY} comment`, {
    is: "failed",
    why: "its host key is none",
  }],
  ["mlo-ssh ready ssh-rsa AAAA", { is: "failed", why: "its host key is none" }],
  ["mlo-ssh no-sshd", { is: "no-sshd" }],
  ["mlo-ssh no-account 1000", { is: "no-account", uid: "1000" }],
  ["mlo-ssh account root", { is: "account", name: "root" }],
  ["mlo-ssh owner bob", { is: "owner", name: "bob" }],
  ["mlo-ssh failed no place", { is: "failed", why: "no place" }],
  ["mlo-ssh later", { is: "failed", why: "something else than mlo answered" }],
  ["Welcome!", { is: "failed", why: "something else than mlo answered" }],
];

for (const [line, answer] of ANSWERS) {
  Deno.test(`the answer "${line.slice(0, 30)}" is ${answer.is}`, () =>
    assert.deepEqual(readAnswer(line), answer));
}
