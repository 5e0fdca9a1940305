const unknownAuthority = (key: string) =>
  `this computer does not know the authority that signed its certificate: name that authority's PEM file as ${key}.caFile`;
const wrongTime = () => 'renew its certificate, or set the clock of this computer';

/** By the code of the error: of OpenSSL, or of Node. */
const remedies: Readonly<Record<string, (key: string) => string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: (key) => `write a name into ${key}.url that its certificate has`,
  CERT_HAS_EXPIRED: wrongTime,
  CERT_NOT_YET_VALID: wrongTime,
  ERR_SSL_WRONG_VERSION_NUMBER: (key) => `it does not speak TLS on this port: write mqtt:// into ${key}.url`,
  ECONNREFUSED: (key) => `nothing listens there: look whether the broker runs, and at the port in ${key}.url`,
  ENOTFOUND: (key) => `this computer does not know that name: correct ${key}.url, or the name server`,
  EHOSTUNREACH: () => 'look at the network between this computer and the broker',
  ENETUNREACH: () => 'look at the network between this computer and the broker',
};

/** Returns the end of the message of an error of connecting, which says what to do; empty if that is not known. */
export function connectRemedy(error: Error, key: string): string {
  // Which error of OpenSSL an EPROTO stands for is in its text alone.
  const isPlain = error.message.includes('wrong version number');
  const code = isPlain ? 'ERR_SSL_WRONG_VERSION_NUMBER' : 'code' in error ? String(error.code) : '';
  return Object.hasOwn(remedies, code) ? `; ${remedies[code]!(key)}` : '';
}

const wrongClient = 'it does not take this client id: set another one as clientId';
const wrongLogin = 'check username and password, and the user there';
const noRight = 'this user may not connect there: give it the right, or use another one';

/** Meanings of refusals in a CONNACK, by the code of MQTT 3.1.1 and of MQTT 5, with what to do. */
const refusals: Readonly<Record<number, string>> = {
  1: 'it does not speak this version of MQTT: set another version',
  2: wrongClient,
  3: 'it is not available at the moment',
  4: wrongLogin,
  5: noRight,
  132: 'it does not speak this version of MQTT: set version to "3.1.1"',
  133: wrongClient,
  134: wrongLogin,
  135: noRight,
  136: 'it is not available at the moment',
  137: 'it is busy at the moment',
  138: noRight,
};

export function refusalText(code: number): string {
  return `it refused the connection with code ${code}: ${refusals[code] ?? 'see the log of the broker'}`;
}
