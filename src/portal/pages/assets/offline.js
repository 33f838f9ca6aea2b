import { parseArmor } from './armor.js';
import { byId, call, explain, fill, isBusy, pageData, setBusy, show } from './page.js';

const { texts, problems } = pageData();
/** A request file has about two thousand characters. */
const largestFile = 131_072;

const form = byId('request-form');
const text = byId('request');
const picker = byId('file');
const drop = byId('drop');
const chosen = byId('chosen');
const refusal = byId('refusal');
const send = byId('send');
let address;

function refuse(code) {
  text.setAttribute('aria-invalid', String(code !== null));
  explain(refusal, code === null ? undefined : (problems[code] ?? problems.internal));
  if (code !== null) text.focus();
}

async function read(file) {
  if (file === undefined) return;
  refuse(null);
  if (file.size > largestFile) return refuse('request-file-invalid');
  text.value = await file.text();
  chosen.textContent = fill(texts.chosen, { name: file.name });
}

byId('pick').addEventListener('click', () => picker.click());
picker.addEventListener('change', () => void read(picker.files[0]));
text.addEventListener('input', () => refuse(null));
for (const [event, over] of [
  ['dragenter', true],
  ['dragover', true],
  ['dragleave', false],
  ['drop', false],
])
  drop.addEventListener(event, (happened) => {
    happened.preventDefault();
    drop.toggleAttribute('data-over', over);
    if (happened.type === 'drop') void read(happened.dataTransfer.files[0]);
  });

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (isBusy(send)) return;
  const armored = parseArmor(text.value);
  if (!armored.ok || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(armored.value.jws))
    return refuse('request-file-invalid');
  setBusy(send, true);
  const answer = await call('v1/activations/offline', { request: armored.value.jws });
  setBusy(send, false);
  if (!answer.ok) return refuse(answer.code === 'invalid-input' ? 'request-file-invalid' : answer.code);
  const { activation, file, fileName } = answer.body;
  if (address !== undefined) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([file], { type: 'text/plain' }));
  const download = byId('download');
  download.href = address;
  download.download = fileName;
  byId('device').textContent = activation.deviceName;
  byId('product').textContent = activation.product;
  byId('file-name').textContent = fileName;
  byId('expires').textContent =
    activation.expiresAt === null
      ? texts.perpetual
      : new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long' }).format(
          new Date(activation.expiresAt),
        );
  show('done');
});

byId('another').addEventListener('click', () => {
  form.reset();
  chosen.textContent = texts.none;
  show('form');
});
