// A sign-in of this browser. The access token is a variable of this module: a reload forgets it, and the cookie with the
// refresh token, which no script can read, gets another. In localStorage is only who is signed in: it tells the other tabs.

import { ask, config, metadata, Refused } from "./issuer.js";
import { challengeOf, random } from "./pkce.js";

const PENDING = "sign-in";
const SIGNED_IN = "signed-in";
const EARLY = 30_000;
const HOME = new URL("./", location.href).href;

let tokens = null;
let renewal = null;

export const user = () => tokens?.claims ?? null;

// Begins: the browser leaves for the issuer. OpenID Connect Core §3.1.2.1
export async function signIn() {
  const pending = { verifier: random(), state: random(), nonce: random() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  await leave("authorization_endpoint", {
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: HOME,
    scope: config.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: "S256",
  });
}

// What to do when the page is opened: take up the issuer's answer, or the sign-in that was there before.
export async function resume() {
  const answer = new URLSearchParams(location.search);
  if (answer.has("state")) await comeBack(answer);
  else if (localStorage.getItem(SIGNED_IN)) await renew();
}

// RFC 6749 §4.1.2, RFC 9207 §2.4: only an answer of this issuer, to a question of this tab.
async function comeBack(answer) {
  history.replaceState(null, "", HOME);
  const pending = JSON.parse(sessionStorage.getItem(PENDING));
  sessionStorage.removeItem(PENDING);
  const { issuer, token_endpoint } = await metadata();
  if (answer.get("state") !== pending?.state || answer.get("iss") !== issuer)
    throw new Error("This is not the answer to a sign-in that was begun here.");
  if (answer.has("error")) throw new Error(answer.get("error_description") ?? answer.get("error"));
  const { code } = Object.fromEntries(answer);
  const form = { grant_type: "authorization_code", code, redirect_uri: HOME, code_verifier: pending.verifier };
  keep(await ask(token_endpoint, form), pending.nonce);
}

// A token for the API, a new one if the old one is about to expire.
export async function accessToken() {
  if (!tokens || tokens.expiresAt - EARLY < Date.now()) await renew();
  return tokens.accessToken;
}

// However many ask for it, one request is made. Of several tabs each makes its own: the server answers all of them well.
export function renew() {
  renewal ??= exchangeCookie().finally(() => (renewal = null));
  return renewal;
}

async function exchangeCookie() {
  try {
    keep(await ask(`${config.issuer}/oauth2/refresh`));
  } catch (error) {
    if (error instanceof Refused && error.error === "invalid_grant") forget();
    throw error;
  }
}

// The issuer ends the session and deletes the cookie; back here, renewing fails. Should the browser not get there, nobody
// is told that they are signed out while they are not. OpenID Connect RP-Initiated Logout §2
export async function signOut() {
  await leave("end_session_endpoint", { id_token_hint: tokens.idToken, post_logout_redirect_uri: HOME });
}

function keep(answer, nonce) {
  const claims = claimsOf(answer.id_token);
  requireOwn(claims, nonce);
  const expiresAt = Date.now() + answer.expires_in * 1000;
  tokens = { accessToken: answer.access_token, idToken: answer.id_token, claims, expiresAt };
  localStorage.setItem(SIGNED_IN, claims.sub);
}

function forget() {
  tokens = null;
  localStorage.removeItem(SIGNED_IN);
}

// The token comes straight from the issuer: its signature need not be checked here. OpenID Connect Core §3.1.3.7
function requireOwn(claims, nonce) {
  const own = claims.iss === config.issuer && claims.aud === config.client_id && claims.exp * 1000 > Date.now();
  if (!own || claims.nonce !== nonce) throw new Error("The ID token is not for this sign-in.");
}

function claimsOf(token) {
  const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))));
}

async function leave(endpoint, parameters) {
  location.assign(`${(await metadata())[endpoint]}?${new URLSearchParams(parameters)}`);
}

// Another tab signed out, or somebody else in: what this one shows is no longer true.
addEventListener("storage", ({ key }) => {
  if (key === SIGNED_IN || key === null) location.reload();
});

// The back button can bring a page back as it was, tokens and all, after its user has signed out.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
