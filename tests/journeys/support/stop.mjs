export default async function stop() {
  await globalThis.journeySystem?.stop();
}
