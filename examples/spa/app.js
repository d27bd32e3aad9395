// The page: what its buttons do, and what it shows.

import { config, read, Refused } from "./issuer.js";
import { accessToken, renew, resume, signIn, signOut, user } from "./session.js";

const element = (id) => document.getElementById(id);

const actions = {
  "sign-in": signIn,
  "sign-out": signOut,
  renew,
  async call() {
    const headers = { authorization: `Bearer ${await accessToken()}` };
    element("answer").textContent = JSON.stringify(await read(config.api, { headers }), null, 2);
  },
};

async function act(action, done) {
  for (const name in actions) element(name).disabled = true;
  try {
    await action();
    show(done);
  } catch (error) {
    const over = error instanceof Refused && error.error === "invalid_grant";
    show(over ? "You are signed out." : error.message, !over);
  }
  for (const name in actions) element(name).disabled = false;
}

function show(sentence, isError = false) {
  const signedIn = user() !== null;
  element("status").textContent = sentence ?? (signedIn ? `Signed in as ${user().sub}.` : "Nobody is signed in.");
  element("status").className = isError ? "error" : "";
  element("sign-in").hidden = signedIn;
  for (const name of ["call", "renew", "sign-out"]) element(name).hidden = !signedIn;
  if (!signedIn) element("answer").textContent = "";
}

const said = { renew: "The access token is a new one.", call: "The API has answered." };
for (const name in actions) element(name).addEventListener("click", () => act(actions[name], said[name]));
act(resume);
