const unknownAuthority =
  "this computer does not know the authority that signed its certificate: name that authority's PEM file as uplink.caFile";
const wrongTime = 'renew its certificate, or set the clock of this computer';

/** By the code of the error: of OpenSSL, of Node, or of MQTT's CONNACK. */
const remedies: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: 'write a name into uplink.url that its certificate has',
  CERT_HAS_EXPIRED: wrongTime,
  CERT_NOT_YET_VALID: wrongTime,
  ERR_SSL_WRONG_VERSION_NUMBER:
    'it does not speak TLS on this port: set [ingest.tls] there, or write mqtt:// into uplink.url',
  4: "check uplink.password, and this gateway's entry under [[gateways]] of the cloud",
};

/** Returns the end of the message of an error of connecting, which says what to do; empty if that is not known. */
export function connectRemedy(error: Error): string {
  // Which error of OpenSSL an EPROTO stands for is in its text alone.
  const isPlain = error.message.includes('wrong version number');
  const code = isPlain ? 'ERR_SSL_WRONG_VERSION_NUMBER' : 'code' in error ? String(error.code) : '';
  const remedy = Object.hasOwn(remedies, code) ? remedies[code] : undefined;
  return remedy === undefined ? '' : `; ${remedy}`;
}
