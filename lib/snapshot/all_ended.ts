/**
 * As `Promise.all()`, but what goes wrong is told only when everything has
 * ended: whoever hears of it may remove what the others still read and write.
 */
export async function allEnded<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
