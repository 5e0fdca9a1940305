/** A message that could not become a reading, with the reason. */
export interface DeadLetter {
  id: number;
  atMs: number;
  topic: string;
  payload: Buffer;
  client: string;
  stage: string;
  code: string;
  reason: string;
}
