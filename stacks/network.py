"""The private network: subnets without internet access, and endpoints for the few AWS services used from inside.

There is no NAT gateway, for isolation rather than cost: functions that call the internet run outside.
"""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from stacks.stage import Stage

INTERFACES = {
    "Events": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,
    "Sqs": ec2.InterfaceVpcEndpointAwsService.SQS,
    "Kms": ec2.InterfaceVpcEndpointAwsService.KMS,
    "Secrets": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
}


class NetworkStack(Stack):
    def __init__(self, scope: Construct, id: str, *, stage: Stage, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self.subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="inside", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=20)
            ],
            flow_logs={"Rejected": ec2.FlowLogOptions(traffic_type=ec2.FlowLogTrafficType.REJECT)},
        )
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        self.functions = ec2.SecurityGroup(
            self, "Functions", vpc=self.vpc, description="Lambda functions inside the network"
        )
        endpoints = ec2.SecurityGroup(self, "Endpoints", vpc=self.vpc, description="Interface endpoints")
        endpoints.add_ingress_rule(self.functions, ec2.Port.tcp(443), "functions")
        for name, service in INTERFACES.items():
            self.vpc.add_interface_endpoint(
                name, service=service, subnets=self.subnets, security_groups=[endpoints], open=False
            )
