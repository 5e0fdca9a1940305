import type { CertificateFacts } from '../../shared/conditions/certificates.ts';
import type { ClockFacts } from '../../shared/conditions/clock.ts';
import type { DiskFacts } from '../../shared/conditions/disk-space.ts';
import type { NotifierFacts } from '../../shared/conditions/notifier.ts';
import type { GatewayContact, TwinGateways } from '../ports/contacts/contacts.ts';
import type { TrainingProposal } from '../ports/models/training.ts';
import type { RetentionState } from '../ports/retention/retention.ts';
import type { SiteStorm } from '../ports/work/storms.ts';

/** A gateway that may have to be told of. */
export interface WatchedGateway extends GatewayContact {
  /** Machines in the list whose readings come through it. */
  machines: number;
}

/** Everything that the conditions of the cloud are found from. */
export interface CloudFacts {
  disk: DiskFacts | null;
  certificates: readonly CertificateFacts[] | null;
  clock: ClockFacts;
  /** Why the configuration was refused when it was read again. */
  configProblem: string | null;
  /** Gateways that are silent or idle, of those that are watched. */
  gateways: readonly WatchedGateway[];
  /** A gateway as it is now; undefined if it is not watched. */
  gatewayNow(name: string): GatewayContact | undefined;
  /** Names under which more than one gateway is connected. */
  twins: readonly TwinGateways[];
  /** Sites of which many machines have had an alert within minutes. */
  storms: readonly SiteStorm[];
  store: { kind: string; isHealthy: boolean };
  quarantine: { bytes: number; bytesMax: number; arrivedWithinHour: number };
  notifiers: readonly NotifierFacts[];
  retention: RetentionState | null;
  training: readonly TrainingProposal[];
}
