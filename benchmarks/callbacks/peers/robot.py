"""WeRoBot as its documentation says it is used, without sessions; a handler that says nothing. It stores nothing."""

import logging
import os

import werobot

robot = werobot.WeRoBot(
    token=os.environ["TOKEN"],
    encoding_aes_key=os.environ["AES_KEY"],
    app_id=os.environ["APPID"],
    enable_session=False,
)
robot.logger.setLevel(logging.ERROR)  # else it writes a line for every message without a reply
seen = [0]


@robot.handler
def note(_message):
    seen[0] += 1


def by_tornado():
    import tornado.ioloop
    import tornado.web
    from werobot.contrib.tornado import make_handler

    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    tornado.web.Application([(os.environ["ADDRESS"], make_handler(robot))]).listen(
        int(os.environ["PORT"]), address="127.0.0.1"
    )
    tornado.ioloop.IOLoop.current().start()


def by_bottle():
    import bottle
    from werobot.contrib.bottle import make_view

    app = bottle.Bottle()
    app.route(os.environ["ADDRESS"], ["GET", "POST"], make_view(robot))
    return app


if __name__ == "__main__":
    by_tornado()
