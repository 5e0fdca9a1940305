import { Type } from '@sinclair/typebox';
import type { DesiredDocument } from '../../shared/contract/fleet/documents.ts';
import { documentStates } from '../../shared/contract/fleet/reported.ts';
import { reportOf } from '../../shared/parts/statistics.ts';

export interface FleetStats {
  documents: (Omit<DesiredDocument, 'seal'> & { state: string; sinceMs: number; problem?: string })[];
  /** Reports that are not in the journal yet. */
  unsent: number;
  /** Messages of the cloud. */
  heard: number;
  /** Failures of the disk or the journal. */
  failed: number;
  clockDoubt: string | null;
}

const Count = Type.Integer({ minimum: 0 });

export const fleetReport = reportOf<{ fleet: FleetStats }>()({
  name: 'Fleet',
  statistics: {
    harbinger_fleet_documents: {
      type: 'gauge',
      help: 'Documents that the cloud wants of this gateway, such as overrides, by how they stand: `in-force`, `ended`, `unknown` (a kind that this version does not know) or `refused`',
      labels: ['state'],
    },
    harbinger_fleet_failures_total: {
      type: 'counter',
      help: 'Times at which what the cloud wants, or a report of it, could not be saved or journalled',
    },
  },
  status: {
    fleet: Type.Object(
      {
        documents: Type.Array(
          Type.Object(
            {
              kind: Type.String(),
              name: Type.String(),
              version: Type.Number(),
              state: Type.String(),
              sinceMs: Type.Number(),
            },
            { additionalProperties: true },
          ),
        ),
        unsent: Count,
        heard: Count,
        failed: Count,
        clockDoubt: Type.Union([Type.String(), Type.Null()], {
          description: 'why it is not sure of the time by which documents end; null if it is',
        }),
      },
      { additionalProperties: true, description: 'what the cloud wants of this gateway' },
    ),
  },
  samples({ fleet: { documents, failed } }) {
    const states = documentStates.filter((state) => state !== 'removed');
    return {
      harbinger_fleet_documents: states.map((state) => ({
        value: documents.filter((document) => document.state === state).length,
        labels: { state },
      })),
      harbinger_fleet_failures_total: failed,
    };
  },
});
