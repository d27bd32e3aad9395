// node-oidc-provider with a store in memory, and beside it the least that an HTTP server of Node can answer.

import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const peer = JSON.parse(process.env.BENCH_PEER);

// Its own in-memory store forgets all but the last thousand items, those that are still good among them.
class Store {
  static items = new Map();

  constructor(name) {
    this.name = name;
  }

  key(id) {
    return `${this.name}:${id}`;
  }

  async upsert(id, payload) {
    Store.items.set(this.key(id), payload);
  }

  async find(id) {
    return Store.items.get(this.key(id));
  }

  async consume(id) {
    Store.items.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    Store.items.delete(this.key(id));
  }
}

const provider = new Provider(peer.issuer, {
  adapter: Store,
  clients: [
    {
      client_id: peer.service,
      client_secret: peer.secret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: peer.legacy,
      client_secret: peer.secret,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['https://app.example/callback'],
    },
  ],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  jwks: { keys: [peer.key] },
  scopes: ['offline_access', ...peer.scopes],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  rotateRefreshToken: true,
  ttl: { ClientCredentials: 900, AccessToken: 900, Grant: 86400, RefreshToken: 86400 },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => peer.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: peer.scopes.join(' '),
        audience: peer.audience,
        accessTokenTTL: 900,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

// What a sign-in would have left behind: a grant, and its first refresh token.
async function refreshToken() {
  const grant = new provider.Grant({ accountId: peer.sub, clientId: peer.legacy });
  grant.addResourceScope(peer.audience, peer.scopes.join(' '));
  const client = await provider.Client.find(peer.legacy);
  const token = new provider.RefreshToken({
    accountId: peer.sub,
    client,
    grantId: await grant.save(),
    gty: 'authorization_code',
    resource: peer.audience,
    scope: peer.scopes.join(' '),
    expiresWithSession: false,
  });
  return token.save();
}

const answer = JSON.stringify({ access_token: 'x'.repeat(peer.size), token_type: 'Bearer', expires_in: 900 });

async function bare(request, response) {
  for await (const _ of request);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
}

const callback = provider.callback();
const server = createServer((request, response) => {
  (request.url === '/bare' ? bare : callback)(request, response);
});
const tokens = await Promise.all(Array.from({ length: peer.tokens }, refreshToken));
server.listen({ fd: Number(process.env.BENCH_FD) }, () => console.log(JSON.stringify(tokens)));
