// The issuer, and how to speak with it. OpenID Connect Discovery §4, RFC 6749 §5

export class Refused extends Error {
  constructor(status, members) {
    super(members.error_description ?? members.error ?? `The server answered ${status}.`);
    this.error = members.error;
  }
}

export async function read(url, options) {
  const answer = await fetch(url, options).catch(() => {
    throw new Error("The server cannot be reached. Try again.");
  });
  const members = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, members);
  return members;
}

export const config = await read("config.json", { cache: "no-cache" });

let known = null;

export async function metadata() {
  known ??= await read(`${config.issuer}/.well-known/openid-configuration`);
  if (known.issuer !== config.issuer) throw new Error("The metadata is of another issuer.");
  return known;
}

// `credentials: "include"` lets the browser keep the refresh token's cookie, and send it, though this is another origin.
// X-Requested-With is what no form can send: the server wants to see it beside the cookie.
export function ask(url, form) {
  return read(url, {
    method: "POST",
    credentials: "include",
    headers: { "x-requested-with": "fetch" },
    body: new URLSearchParams({ client_id: config.client_id, ...form }),
  });
}
