import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  API_BAD_REQUEST: {
    stage: 'api',
    meaning: 'A request is not valid HTTP, or its body cannot be read.',
    retried: 'No.',
    remedy: 'Correct the request; `/api/openapi.json` describes every request.',
  },
  API_BODY_TOO_LARGE: {
    stage: 'api',
    meaning: 'The body of a request is larger than the limit.',
    retried: 'No.',
    remedy: 'Send less in one request: for example name fewer entries, or use `--all`.',
  },
  API_INPUT: {
    stage: 'api',
    meaning: 'A request has a parameter, path or body that is not valid.',
    retried: 'No.',
    remedy: 'Correct the request; the message names the place, and `/api/openapi.json` describes it.',
  },
  API_INTERNAL: {
    stage: 'api',
    meaning: 'An internal error; the log has the details.',
    retried: 'No.',
    remedy:
      'Find the entry of the same time in the log; report it to the makers of Harbinger with the log (`journalctl -u harbinger-gateway` for a service).',
  },
  API_LISTEN_FAILED: {
    stage: 'api',
    meaning: 'The HTTP address or port cannot be listened on.',
    retried: 'No. Nothing is started.',
    remedy: 'Correct `host` and `port`; ports below 1024 need the right to bind them.',
  },
  API_CONFIG: {
    stage: 'api',
    meaning:
      'The configuration cannot be read again: it is not sound, or the process still starts. Nothing was changed.',
    retried: 'No.',
    remedy: 'Correct what the message names; `harbinger config check` names all problems.',
  },
  API_TLS_FILES: {
    stage: 'api',
    meaning: 'A certificate or key of the HTTP API cannot be used; the message says which file, and why.',
    retried: 'No. Nothing is started; while it runs, the certificate of before stays in use.',
    remedy: 'Do what the message says; `harbinger certs` makes certificates.',
  },
  API_LOOPBACK_ONLY: {
    stage: 'api',
    meaning:
      'Without a token only programs on the same computer may call, by a loopback name and not through a proxy.',
    retried: 'No.',
    remedy:
      'Set `token` under `[api]` (cloud) or `[http]` (gateway), restart, and send it; or call from the same computer.',
  },
  API_MEDIA_TYPE: {
    stage: 'api',
    meaning: 'The body of a request has an unsupported content type.',
    retried: 'No.',
    remedy: 'Send JSON, with `content-type: application/json`.',
  },
  API_NOT_FOUND: {
    stage: 'api',
    meaning: 'There is nothing at the address of a request, or no entry of that id.',
    retried: 'No.',
    remedy:
      'Correct the address or the id: `/api/openapi.json` lists the addresses, and the list of the entries their ids.',
  },
  API_NO_SPACE: {
    stage: 'api',
    meaning:
      'The process cannot start, because its disk is full, and waits for space. It takes no readings meanwhile.',
    retried: 'Yes, as soon as there is more space.',
    remedy: 'Free some space on the disk that the message names.',
  },
  API_ORIGIN: {
    stage: 'api',
    meaning: 'A browser has sent a request from another site’s page.',
    retried: 'No.',
    remedy: 'Open the page at the address of Harbinger itself.',
  },
  API_PORT_BUSY: {
    stage: 'api',
    meaning: 'Another program listens on the HTTP port.',
    retried: 'No. Nothing is started.',
    remedy: 'Stop that program, or choose another port with `--http-port`.',
  },
  API_READ_ONLY: {
    stage: 'api',
    meaning: 'A request would change something, but its token is for reading only.',
    retried: 'No.',
    remedy: 'Use the token of `token` in place of that of `readToken`.',
  },
  API_THROTTLED: {
    stage: 'api',
    meaning: 'Too many wrong tokens came from one address.',
    retried: 'No.',
    remedy: 'Wait a few seconds and use the right token.',
  },
  API_TOKEN_MISSING: {
    stage: 'api',
    meaning: 'The HTTP API would be unusable: it has no token and is not on a loopback address.',
    retried: 'No. Nothing is started.',
    remedy: 'Set a `token`, or `openOnLoopback = true` on a loopback address.',
  },
  API_UNAUTHORISED: {
    stage: 'api',
    meaning: 'A request has no token, or a wrong one.',
    retried: 'No.',
    remedy: 'Send the token as `Authorization: Bearer …`.',
  },
  API_URL_TOO_LONG: {
    stage: 'api',
    meaning: 'The address of a request is too long.',
    retried: 'No.',
    remedy: 'Ask for fewer sensors or machines in one request.',
  },
});
