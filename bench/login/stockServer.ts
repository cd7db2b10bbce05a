import { createRequire } from 'node:module';

// The types of these packages are not installed; these are the parts that a stock application uses.
type Handler = (
  req: { user?: { nameID?: string } },
  res: { redirect(path: string): void; send(html: string): void },
) => void;
type App = {
  use(...handlers: unknown[]): void;
  get(path: string, handler: Handler): void;
  post(path: string, ...handlers: unknown[]): void;
  listen(port: number, host: string): void;
};

const require = createRequire(new URL('../package.json', import.meta.url));
const express = require('express') as { (): App; urlencoded(options: object): unknown };
const session = require('express-session') as (options: object) => unknown;
const passport = require('passport');
const { Strategy } = require('@node-saml/passport-saml');

const { PORT, ENTITY_ID, ACS_URL, CERTIFICATE, PROVIDER } = process.env;

// The memory store warns about itself, but it is what a stock application has.
console.warn = () => {};

const strategy = new Strategy(
  {
    callbackUrl: ACS_URL,
    issuer: ENTITY_ID,
    audience: ENTITY_ID,
    idpCert: CERTIFICATE,
    idpIssuer: PROVIDER,
    wantAuthnResponseSigned: false,
  },
  (profile: object, done: (error: null, user: object) => void) => done(null, profile),
  (profile: object, done: (error: null, user: object) => void) => done(null, profile),
);
passport.use('saml', strategy);
passport.serializeUser((user: object, done: (error: null, user: object) => void) => done(null, user));
passport.deserializeUser((user: object, done: (error: null, user: object) => void) => done(null, user));

const app = express();
app.use(session({ secret: 'of the benchmark', resave: false, saveUninitialized: false }));
app.use(passport.initialize());
app.use(passport.session());
const finish: Handler = (_req, res) => res.redirect('/');
app.post('/saml/acs', express.urlencoded({ extended: false, limit: '1mb' }), passport.authenticate('saml'), finish);
app.get('/', (req, res) =>
  res.send(`<!doctype html><title>Home</title><p>Logged in as ${req.user?.nameID ?? 'nobody'}`),
);
app.listen(Number(PORT), '127.0.0.1');
