"""Flask: every request is an event, by its rule. Run: flask --app flask_app run"""

from flask import Flask, abort, session

import penchant
from penchant.capture.hooks import hook_flask

recorder = penchant.Recorder("taste")
app = Flask(__name__)
app.secret_key = "change me"
hook_flask(app, recorder, user=lambda: session.get("customer"), skip=["/static/"])


@app.get("/login/<customer>")
def login(customer):
    session["customer"] = customer
    return "welcome"


@app.get("/products/<sku>")
def show(sku):
    return sku if sku == "tea" else abort(404)
