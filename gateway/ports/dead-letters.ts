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

/** The outcome of sending letters through the pipeline again. */
export interface RedrivenLetters {
  /** Letters that went through the pipeline, whatever became of them. */
  redriven: number;
  /** New letters that these became, because the cause persists. */
  failedAgain: number;
  /** Ids of which there is no letter. */
  unknown: number[];
}
