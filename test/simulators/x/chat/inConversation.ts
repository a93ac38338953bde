import type { Request, RequestHandler, Response } from 'express';
import { operation, problem, type ApiContext } from '../answers';
import type { SimUser } from '../world';
import type { ChatConversation, ChatWorld } from './chatWorld';

/** A route of X's document as express writes it. */
export const route = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

type Work = (
  request: Request,
  response: Response,
  conversation: ChatConversation,
  user: SimUser,
) => void | Promise<void>;

/** One operation in a conversation the user is part of. */
export function inConversation(
  context: ApiContext,
  chat: ChatWorld,
  path: string,
  work: Work,
): RequestHandler {
  return operation(context, path, (request, response, user) => {
    const conversation = chat.find(String(request.params['id']), user.id);
    if (!conversation) {
      refuse(response, 404, 'there is no such conversation');
      return undefined;
    }
    return work(request, response, conversation, user);
  });
}

export function refuse(response: Response, status: number, detail: string): void {
  problem(response, status, 'https://api.x.com/2/problems/invalid-request', 'Invalid Request', detail);
}
