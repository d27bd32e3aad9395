// A relying party made of openid-client. It reads one operation a line, as JSON, and answers it with one line.

import { createInterface } from "node:readline";
import * as client from "openid-client";

let config;
let pending;

const operations = {
  // OpenID Connect Discovery §4. Signatures are checked, though the tokens come straight from the server.
  async discover({ issuer, client_id, client_secret }) {
    const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
    const authentication = client.ClientSecretBasic(client_secret);
    config = await client.discovery(new URL(issuer), client_id, {}, authentication, { execute });
    return config.serverMetadata();
  },

  // OpenID Connect Core §3.1.2.1, RFC 7636 §4.3
  async begin({ redirect_uri, scope }) {
    pending = {
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
      expectedNonce: client.randomNonce(),
      expectedState: client.randomState(),
      idTokenExpected: true,
    };
    return client.buildAuthorizationUrl(config, {
      redirect_uri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(pending.pkceCodeVerifier),
      code_challenge_method: "S256",
      nonce: pending.expectedNonce,
      state: pending.expectedState,
    }).href;
  },

  // OpenID Connect Core §3.1.3; `expect` replaces what the client remembers, `tamper` changes the ID token on its way.
  async finish({ callback, expect = {}, tamper = false }) {
    if (tamper) config[client.customFetch] = changeIdToken;
    try {
      return granted(await client.authorizationCodeGrant(config, new URL(callback), { ...pending, ...expect }));
    } finally {
      delete config[client.customFetch];
    }
  },

  async userinfo({ access_token, sub }) {
    return client.fetchUserInfo(config, access_token, sub);
  },

  async refresh({ refresh_token }) {
    return granted(await client.refreshTokenGrant(config, refresh_token));
  },

  async machine({ scope }) {
    return client.clientCredentialsGrant(config, { scope });
  },

  async revoke({ token }) {
    await client.tokenRevocation(config, token);
  },

  async introspect({ token }) {
    return client.tokenIntrospection(config, token);
  },

  // The client adds its client_id. OpenID Connect RP-Initiated Logout §2
  async logout(parameters) {
    return client.buildEndSessionUrl(config, parameters).href;
  },
};

function granted(tokens) {
  return { ...tokens, claims: tokens.claims() };
}

// Somebody on the way makes another user of the ID token's one, and cannot sign it.
async function changeIdToken(url, options) {
  const response = await fetch(url, options);
  if (!response.ok || !url.endsWith("/oauth2/token")) return response;
  const tokens = await response.json();
  const [header, payload, signature] = tokens.id_token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: "u_mallory" })).toString("base64url");
  return Response.json({ ...tokens, id_token: [header, changed, signature].join(".") });
}

// The server's own error, or what the client finds wrong with its answer: that may hide in the cause.
function told(error) {
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { message: error.message, error: error.error, cause };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...parameters } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: (await operations[operation](parameters)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ refused: told(error) }));
  }
}
