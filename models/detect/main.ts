export { runDetect } from './detect.ts';
export { summaryLines } from './summary.ts';
