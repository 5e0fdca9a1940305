/**
 * Makes the product as if it did not await something that fails: once the file of HARBINGER_TEST_REJECTS has the name of a thread
 * (`main`, `data`), a promise is rejected there that nothing handles.
 */
import { existsSync, readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const file = process.env.HARBINGER_TEST_REJECTS ?? '';
const own = (workerData as { thread?: string } | null)?.thread ?? 'main';
const look = setInterval(() => {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== own) return;
  clearInterval(look);
  void Promise.reject(new Error(`nothing handles this in ${own}`));
}, 20);
look.unref();
