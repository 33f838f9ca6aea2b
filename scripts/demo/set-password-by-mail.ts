import type { PostOffice } from './post-office.ts';

/** What a person does who was registered and never came in: asks for a link, opens the mail, chooses a password. */
export async function setPasswordByMail(options: {
  portal: string;
  email: string;
  password: string;
  post: PostOffice;
}): Promise<void> {
  const { portal, email, password, post } = options;
  await send(`${portal}/v1/passwords/links`, { email });
  const token = /#token=([A-Za-z0-9_-]+)/.exec(await post.next(email))?.[1];
  if (token === undefined) throw new Error('the mail has no link');
  await send(`${portal}/v1/passwords`, { token, password });
}

async function send(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
