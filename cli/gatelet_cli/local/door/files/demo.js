// Signs in as a public client: authorization code with PKCE (RFC 7636), the answer bound to this page by state, nonce
// and iss (RFC 9207). Tokens are kept in memory: a reload forgets them, and the session at the issuer signs in again.
"use strict";

const CLIENT_ID = "c_demo";
const SCOPE = "openid profile email whoami:read";
const PAGE = `${location.origin}/demo`;
const PENDING = "sign-in";

const element = (id) => document.getElementById(id);
const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

let idToken = null;

async function json(url, options) {
  const answer = await fetch(url, options);
  const members = await answer.json();
  if (!answer.ok) throw new Error(members.error_description ?? members.error ?? `${answer.status} from ${url}`);
  return members;
}

const discover = () => json("/.well-known/openid-configuration");

async function signIn() {
  const metadata = await discover();
  const pending = { verifier: random(), state: random(), nonce: random() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier));
  location.assign(`${metadata.authorization_endpoint}?${new URLSearchParams({
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri: PAGE,
    scope: SCOPE,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  })}`);
}

async function comeBack(answer) {
  history.replaceState(null, "", PAGE);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  const metadata = await discover();
  if (!pending || answer.get("state") !== pending.state || answer.get("iss") !== metadata.issuer)
    throw new Error("This is not the answer to a sign-in that this page began.");
  if (answer.has("error")) throw new Error(answer.get("error_description") ?? answer.get("error"));
  const tokens = await json(metadata.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: CLIENT_ID,
      code: answer.get("code"),
      redirect_uri: PAGE,
      code_verifier: pending.verifier,
    }),
  });
  const claims = claimsOf(tokens.id_token);
  requireOwn(claims, metadata.issuer, pending.nonce);
  idToken = tokens.id_token;
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  show("id-token", claims);
  show("userinfo", await json(metadata.userinfo_endpoint, { headers }));
  show("whoami", await json("/whoami", { headers }));
  element("result").hidden = element("sign-out").hidden = false;
  element("sign-in").hidden = true;
  element("status").textContent = "Signed in.";
}

function claimsOf(token) {
  const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))));
}

// The token came straight from the token endpoint, so its signature need not be checked here: OpenID Connect Core §3.1.3.7
function requireOwn(claims, issuer, nonce) {
  if (claims.iss !== issuer || claims.aud !== CLIENT_ID || claims.nonce !== nonce || claims.exp * 1000 < Date.now())
    throw new Error("The ID token is not for this sign-in.");
}

async function signOut() {
  const metadata = await discover();
  location.assign(`${metadata.end_session_endpoint}?${new URLSearchParams({
    id_token_hint: idToken,
    post_logout_redirect_uri: PAGE,
  })}`);
}

function show(id, members) {
  element(id).textContent = JSON.stringify(members, null, 2);
}

function tell(error) {
  element("status").textContent = error.message;
  element("status").className = "error";
}

element("sign-in").addEventListener("click", () => signIn().catch(tell));
element("sign-out").addEventListener("click", () => signOut().catch(tell));
const answer = new URLSearchParams(location.search);
if (answer.has("code") || answer.has("error")) comeBack(answer).catch(tell);
