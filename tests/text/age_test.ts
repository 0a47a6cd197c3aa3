import assert from "node:assert/strict";
import { ago, parseAge } from "../../lib/text/age.ts";

const NOW = new Date("2026-03-03T12:00:00Z");

const AGES: readonly (readonly [then: string, said: string])[] = [
  ["2026-03-03T12:00:05Z", "just now"],
  ["2026-03-03T11:59:59.5Z", "just now"],
  ["2026-03-03T11:59:59Z", "1 s ago"],
  ["2026-03-03T11:59:01Z", "59 s ago"],
  ["2026-03-03T11:59:00Z", "1 min ago"],
  ["2026-03-03T11:00:01Z", "59 min ago"],
  ["2026-03-03T09:00:00Z", "3 h ago"],
  ["2026-03-02T12:00:01Z", "23 h ago"],
  ["2026-03-02T12:00:00Z", "1 d ago"],
  ["2025-03-03T12:00:00Z", "365 d ago"],
  ["no time", "just now"],
];

for (const [then, said] of AGES) {
  Deno.test(`ago() says ${said} of ${then}`, () => {
    assert.equal(ago(new Date(then), NOW), said);
  });
}

Deno.test("parseAge() reads what Kubernetes' clients print, and nothing else", () => {
  const good: Record<string, number> = {
    "90s": 90,
    "5m": 300,
    "3h12m": 11_520,
    "2d4h": 187_200,
    "1y2d": 31_708_800,
    " 7d ": 604_800,
  };
  for (const [text, seconds] of Object.entries(good)) {
    assert.equal(parseAge(text), seconds, text);
  }
  for (const text of ["", "5", "m", "3h 12m", "-1s", "soon", "1w"]) {
    assert.equal(parseAge(text), undefined, text);
  }
});
