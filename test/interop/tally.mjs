// Counts what a script calls. A call has a name, what it does, and a look at
// what came back: one that nobody looks at does not count.
import assert from "node:assert/strict";

export const least = 40;

export function tally(client) {
  const made = new Set(), left = [];
  const served = new Set(process.env.ROUTES.split("\n"));

  async function call(name, does, looks) {
    try {
      const got = await does();
      await looks(got);
      made.add(name);
      return got;
    } catch (e) {
      e.message = `${client}: ${name}: ${e.message}`;
      throw e;
    }
  }

  // refused is a call that has to end with this status.
  const refused = (name, does, status) =>
    call(name, () => does().then(() => "done", (e) => e.statusCode ?? e.response?.status ?? e), (got) => assert.equal(got, status));

  // where does what needs a route, if this build has it.
  async function where(route, does) {
    if (!served.has(route)) return void left.push(route);
    await does();
  }

  function end(version) {
    console.log(`${client}\t${version}\t${made.size}\t${left.length ? "not served: " + left.join(", ") : ""}`);
    if (made.size < least) throw new Error(`${client} makes ${made.size} calls, and at least ${least} are wanted`);
  }
  return { call, refused, where, end };
}

// eventually asks until the answer is good: what follows a call comes a moment
// after it.
export async function eventually(ask, good) {
  for (let i = 0; i < 200; i++) {
    const got = await ask();
    if (good(got)) return got;
    await new Promise((r) => setTimeout(r, 25));
  }
  return await ask();
}

// picture is the smallest PNG there is.
export const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
