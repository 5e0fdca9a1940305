import { connect } from 'node:net';

/** Bytes of an answer that are kept. */
const answerBytesMax = 1 << 16;

/**
 * Opens a connection, writes the pieces and says that no more will come; resolves with the answer once the other side has
 * closed too, or once it has sent so many bytes.
 */
export function exchanged(
  port: number,
  pieces: readonly Buffer[],
  until: 'closed' | { bytes: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isOpen = false;
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      isOpen = true;
      for (const piece of pieces) socket.write(piece);
      if (until === 'closed') socket.end();
    });
    socket.on('data', (chunk) => {
      if (length < answerBytesMax) chunks.push(chunk);
      length += chunk.length;
      if (until !== 'closed' && length >= until.bytes) socket.destroy();
    });
    // A reset is one way to close a connection.
    socket.on('error', (error) => {
      if (!isOpen) reject(error);
    });
    socket.once('close', () => resolve(Buffer.concat(chunks)));
  });
}
