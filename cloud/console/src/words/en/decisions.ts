/** Texts of decisions. */
export const decisions = {
  title: 'Decisions',
  titleOn: (subject: string) => `Decisions on ${subject}`,
  lead: 'Everything Harbinger decided by itself: what from, why, and by which policy. “Fallback” means that rules decided because the active policy could not.',
  all: 'Decisions on all machines',
  older: 'Older decisions',
  none: 'No decision yet',
  noneHelp: 'The first one comes when a machine has reported long enough to be assessed.',
  inputs: 'Inputs',
  answer: 'Answer',
  assessment: 'Assessment',
  changeOfJudge: 'Change of judge',
  origin: (confidence: string, ms: string, gateway: string, id: string) =>
    `confidence ${confidence} · took ${ms} ms · gateway ${gateway} · ${id}`,
  newerMode: (mode: string) =>
    `A newer gateway decided this as “${mode}”, of which this page does not know whether it was acted upon.`,
  fallback: (cause: string) => `The active policy did not answer: ${cause}`,
};
