import type { PresentedCertificate } from '../../../ports/devices/devices.ts';

export interface ConnectionOrigin {
  /** The peer's address, for logs and throttling. */
  address: string;
  /** The peer is a program on this computer, and not a web page from elsewhere that runs in its browser. */
  local: boolean;
  /** The certificate that the peer has presented, and that the listener has verified. */
  certificate?: PresentedCertificate;
  /** Bytes received so far on the underlying socket. Keep-alive compares them, so that no packet needs to be timed. */
  bytesRead(): number;
  /** Keeps its place among the connections: until it has signed in, it goes to another one if there are too many. */
  signedIn(): void;
}
