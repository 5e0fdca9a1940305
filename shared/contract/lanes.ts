/**
 * The lanes of a journal and of the uplink, most urgent first. Each lane is a log of its own with its own sequence,
 * so alerts never wait behind bulk telemetry, on disk or on the link.
 *
 * - `events`: CloudEvents, one JSON object a line (alerts, decision records, lifecycle, losses).
 * - `estimates`: line protocol, measurement `estimate` (health, remaining life, anomaly), thinned per machine.
 * - `readings`: line protocol, one line a reading, measurement = machine type.
 */
export const lanes = ['events', 'estimates', 'readings'] as const;
export type Lane = (typeof lanes)[number];

export function isLane(text: string): text is Lane {
  return (lanes as readonly string[]).includes(text);
}
